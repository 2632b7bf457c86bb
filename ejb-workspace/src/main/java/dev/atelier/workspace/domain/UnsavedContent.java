// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import java.time.Instant;

/**
 * Content of an instance that has stopped which could not be saved. It is kept where it is until it
 * can be saved, a new instance of the workspace takes it over, or an administrator lets go of it.
 *
 * @param id of the instance
 * @param owner of it; empty where the file that tells of it is damaged, so that nobody knows
 * @param metaId of it; empty with the owner
 * @param createdAt when the instance was created
 * @param since when it was given up
 */
public record UnsavedContent(
    String id, String owner, String metaId, Instant createdAt, Instant since) {}
