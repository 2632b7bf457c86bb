/** REST under /api/v1: the acts of the API in its own words, as JSON. */
package dev.atelier.web.rest;
