/** Charts as values: where each mark of a drawing stands. What they look like is the pages'. */
package dev.atelier.web.console.chart;
