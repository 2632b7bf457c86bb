/** What probes ask: started, live, ready. */
package dev.atelier.web.health;
