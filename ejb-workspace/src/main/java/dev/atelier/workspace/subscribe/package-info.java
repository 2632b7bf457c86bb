/** Updates for whoever follows instances, however slowly. */
package dev.atelier.workspace.subscribe;
