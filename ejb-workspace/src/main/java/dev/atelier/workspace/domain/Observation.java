// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.domain;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a runtime sees of one instance at one moment, in the domain's words.
 *
 * @param stage how far the runtime has come with it
 * @param contentReady whether its content was initialized
 * @param ready whether its main process is ready at this moment
 * @param interrupted whether it is out of reach at this moment: node not ready, container
 *     restarting
 * @param pullingImages whether a pull of its images is known of
 * @param networkNotReady whether its network is reported as not ready
 * @param runtime where it was placed
 * @param message what it waits for, for people; may be empty
 * @param note what of its content differs from what was asked for, for people; empty: nothing, or
 *     not known at this moment
 * @param failure why it cannot run, final: image, content, secret; empty: none
 * @param exit how its main process ended, once it has
 * @param captures how far the copies are that were asked for while it lives; those that are over
 *     until they are no longer pending in its record
 * @param disposal how far the saving of its content is
 * @param initializerMetrics what the initialization cost so far
 * @param repo git status of the first checkout, once it was taken
 * @param image sizes of its image, once known
 */
@RecordBuilder
public record Observation(
    Stage stage,
    boolean contentReady,
    boolean ready,
    boolean interrupted,
    boolean pullingImages,
    boolean networkNotReady,
    RuntimeInfo runtime,
    String message,
    String note,
    String failure,
    Optional<Exit> exit,
    List<Capture.Seen> captures,
    Disposal disposal,
    InitializerMetrics initializerMetrics,
    Optional<GitStatus> repo,
    Optional<WorkspaceStatus.ImageInfo> image)
    implements ObservationBuilder.With {
  /** Copies what was given. */
  public Observation {
    captures = List.copyOf(captures);
  }

  /** Nothing of the instance is there. */
  public static final Observation ABSENT =
      new Observation(
          Stage.ABSENT,
          false,
          false,
          false,
          false,
          false,
          RuntimeInfo.NONE,
          "",
          "",
          "",
          Optional.empty(),
          List.of(),
          Disposal.NONE,
          InitializerMetrics.NONE,
          Optional.empty(),
          Optional.empty());

  /** How far a runtime has come with an instance. */
  public enum Stage {
    /** It knows nothing of it: never launched, or removed. */
    ABSENT,
    /** It was asked for and waits for a place. */
    WAITING,
    /** It is placed; images are being pulled or containers made. */
    CREATING,
    /** Its content is being made. */
    INITIALIZING,
    /** Its content is ready and its main process was started. */
    STARTED,
    /** No process of it is left that works for its user; its disposal may go on. */
    ENDED
  }

  /** How far a copy of content is. */
  public enum SaveState {
    /** Not begun. */
    NONE,
    /** Under way; a fault that may pass is tried again. */
    RUNNING,
    /** Whole and durable. */
    COMPLETE,
    /** Given up. */
    FAILED
  }

  /**
   * The end of a main process.
   *
   * @param cause why it ended
   * @param code its exit code, 128 + n after signal n; empty when it is not known
   * @param at when
   * @param lastWords the last ten lines that it wrote, without what is for a terminal alone; may be
   *     empty; at most 1,000 characters
   */
  public record Exit(Cause cause, OptionalInt code, Instant at, String lastWords) {
    private static final int MOST_LINES = 10;
    private static final int MOST_CHARACTERS = 1000;

    /** Keeps of all that is given for last words what these are. */
    public Exit {
      List<String> lines = TerminalText.plain(lastWords).strip().lines().toList();
      int from = Math.max(0, lines.size() - MOST_LINES);
      lastWords =
          TerminalText.end(String.join("\n", lines.subList(from, lines.size())), MOST_CHARACTERS);
    }

    /** Why a main process ended. */
    public enum Cause {
      /** By itself, or by a signal from somewhere. */
      EXITED,
      /** It took more memory than its class allows. */
      OUT_OF_MEMORY,
      /** The node needed the room. */
      EVICTED,
      /** The node did not take it; it never ran. */
      REJECTED,
      /** Its node is gone for good, its content with it. */
      NODE_LOST,
      /** Its node is gone for good; its content is not. */
      NODE_LEFT,
      /** Somebody else removed it. */
      DELETED
    }
  }

  /**
   * How far the saving of content is.
   *
   * @param state how far
   * @param url where it was saved; empty where nothing was to be
   * @param volumeSnapshot the volume snapshot that was made
   * @param message why it failed, or why it is tried again; may be empty
   */
  public record Disposal(
      SaveState state,
      String url,
      Optional<Conditions.VolumeSnapshot> volumeSnapshot,
      String message) {
    /** Not begun. */
    public static final Disposal NONE = new Disposal(SaveState.NONE, "", Optional.empty(), "");
  }
}
