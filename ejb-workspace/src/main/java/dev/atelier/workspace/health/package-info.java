/** What has to be well before the manager calls itself ready, whichever module it lives in. */
package dev.atelier.workspace.health;
