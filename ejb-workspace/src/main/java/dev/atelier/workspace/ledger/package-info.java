/** What happened to instances, who did what, and what it cost: kept for as long as configured. */
package dev.atelier.workspace.ledger;
