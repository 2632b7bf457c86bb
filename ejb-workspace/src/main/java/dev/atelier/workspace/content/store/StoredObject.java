// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.store;

import java.time.Instant;

/**
 * An object of a {@link ContentStore}.
 *
 * @param name under which it was begun
 * @param size in bytes
 * @param modifiedAt when it was committed, by the store's clock
 */
public record StoredObject(String name, long size, Instant modifiedAt) {}
