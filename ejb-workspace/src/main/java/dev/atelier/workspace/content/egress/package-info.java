/** Which addresses the making of content may reach, and the door that sees to it. */
package dev.atelier.workspace.content.egress;
