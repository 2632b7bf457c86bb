/**
 * What a workspace manager talks about, and its pure decisions: values, {@link
 * dev.atelier.workspace.domain.Lifecycle} and {@link dev.atelier.workspace.domain.Timeouts}. Knows
 * java.* alone.
 */
package dev.atelier.workspace.domain;
