// SPDX-License-Identifier: Apache-2.0
package dev.atelier.cli;

import dev.atelier.proto.wsman.MarkActiveRequest;
import dev.atelier.proto.wsman.StartWorkspaceRequest;
import dev.atelier.proto.wsman.WorkspaceManagerGrpc.WorkspaceManagerBlockingStub;
import dev.atelier.proto.wsman.WorkspaceType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;

/**
 * Says that a person is there who has started an instance; otherwise it would end as one that
 * nobody ever came to. Once it was said, nothing more is.
 */
final class FirstActivity {
  private final StartWorkspaceRequest request;
  private final WorkspaceManagerBlockingStub calls;
  private final Session session;
  private boolean over;

  FirstActivity(StartWorkspaceRequest request, Session session) throws CommandFault {
    this.request = request;
    this.calls = session.calls();
    this.session = session;
    this.over = request.getType() != WorkspaceType.REGULAR;
  }

  /** Says so, or tells why it could not: the instance was started all the same. */
  void mark() {
    if (over) {
      return;
    }
    over = true;
    try {
      var unused =
          calls
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .markActive(
                  MarkActiveRequest.newBuilder()
                      .setId(request.getId())
                      .setIgnoreIfActive(true)
                      .build());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return; // It has ended already.
      }
      session.tell(
          request.getId()
              + " could not be marked active ("
              + Statuses.plain(e.getStatus().getCode() + ": " + e.getStatus().getDescription())
              + ")");
    }
  }
}
