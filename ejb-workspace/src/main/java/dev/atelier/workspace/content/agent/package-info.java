/** The same content code as a program of its own, for where no server is: inside a pod. */
package dev.atelier.workspace.content.agent;
