/** Where archives of workspaces and what describes them are kept: a folder or an S3 bucket. */
package dev.atelier.workspace.content.store;
