// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

import dev.atelier.workspace.content.backup.WorkspaceKey;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.WorkspaceType;

/**
 * What an instance's folder is to be filled with.
 *
 * @param workspace whose backups count
 * @param type of the instance: a {@link WorkspaceType#REGULAR} one starts from its backup, if there
 *     is one
 * @param initializer with its credentials
 * @param room what there is for it
 */
public record ContentRequest(
    WorkspaceKey workspace, WorkspaceType type, Initializer initializer, Room room) {}
