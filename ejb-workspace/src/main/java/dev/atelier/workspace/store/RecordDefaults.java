// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.InjectableValues;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import dev.atelier.workspace.domain.AdmissionLevel;
import dev.atelier.workspace.domain.Capture;
import dev.atelier.workspace.domain.Captures;
import dev.atelier.workspace.domain.CloneTargetMode;
import dev.atelier.workspace.domain.Conditions;
import dev.atelier.workspace.domain.ExposedPort;
import dev.atelier.workspace.domain.GitAuthentication;
import dev.atelier.workspace.domain.GitIdentity;
import dev.atelier.workspace.domain.GitStatus;
import dev.atelier.workspace.domain.IdeImage;
import dev.atelier.workspace.domain.Initializer;
import dev.atelier.workspace.domain.InitializerMetrics;
import dev.atelier.workspace.domain.Passed;
import dev.atelier.workspace.domain.Phase;
import dev.atelier.workspace.domain.PortProtocol;
import dev.atelier.workspace.domain.PortVisibility;
import dev.atelier.workspace.domain.Progress;
import dev.atelier.workspace.domain.RuntimeInfo;
import dev.atelier.workspace.domain.TraceContext;
import dev.atelier.workspace.domain.WorkspaceControls;
import dev.atelier.workspace.domain.WorkspaceSpec;
import dev.atelier.workspace.domain.WorkspaceStatus;
import dev.atelier.workspace.domain.WorkspaceType;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a component of a record is when a document does not have it: one that was written before the
 * component was invented. Every component added to the domain gets its value here.
 */
final class RecordDefaults {
  private static final WorkspaceControls CONTROLS =
      new WorkspaceControls(
          Duration.ofMinutes(30),
          Duration.ofMinutes(2),
          List.of(),
          AdmissionLevel.OWNER_ONLY,
          List.of(),
          Optional.empty(),
          false,
          Optional.empty());

  /** For what has no value of its own below. */
  private static final Map<Class<?>, Object> BY_TYPE =
      Map.of(
          String.class,
          "",
          List.class,
          List.of(),
          Map.class,
          Map.of(),
          Set.class,
          Set.of(),
          Optional.class,
          Optional.empty(),
          Duration.class,
          Duration.ZERO,
          TraceContext.class,
          TraceContext.NONE,
          WorkspaceStatus.class,
          WorkspaceStatus.NEW,
          WorkspaceControls.class,
          CONTROLS);

  private static final WorkspaceSpec SPEC =
      new WorkspaceSpec(
          WorkspaceType.REGULAR,
          "",
          "",
          "",
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          "",
          IdeImage.NONE,
          List.of(),
          Set.of(),
          new Initializer.Empty(),
          "",
          GitIdentity.NONE,
          "default",
          "",
          Duration.ofHours(36),
          Duration.ZERO);

  private static final Map<Class<?>, Record> BY_RECORD =
      List.<Record>of(
              CONTROLS,
              SPEC,
              WorkspaceStatus.NEW,
              Progress.NONE,
              Captures.NONE,
              new Capture("", Capture.Kind.BACKUP, Instant.EPOCH),
              new Capture.Outcome("", Capture.Kind.BACKUP, "", "", Instant.EPOCH),
              Conditions.NONE,
              new Passed(Phase.STOPPING, 0, "", Conditions.NONE),
              GitAuthentication.NONE,
              new GitStatus("", "", List.of(), 0, List.of(), 0, List.of(), 0),
              new ExposedPort(0, PortVisibility.PRIVATE, PortProtocol.HTTP, ""),
              new InitializerMetrics.Metric(Duration.ZERO, 0),
              RuntimeInfo.NONE,
              new Initializer.Git(
                  "",
                  "",
                  CloneTargetMode.REMOTE_HEAD,
                  "",
                  "",
                  Map.of(),
                  GitAuthentication.NONE,
                  false))
          .stream()
          .collect(Collectors.toUnmodifiableMap(Record::getClass, Function.identity()));

  private RecordDefaults() {}

  /** Wraps a value, because Jackson takes an empty text for no name of a value. */
  private record Default(Object value) {}

  /** Makes every component of a record one that may be given from here. */
  static final class Introspector extends NopAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public JacksonInject.Value findInjectableValue(AnnotatedMember member) {
      if (member instanceof AnnotatedParameter parameter
          && parameter.getDeclaringClass().isRecord()) {
        return value(parameter.getDeclaringClass().getRecordComponents()[parameter.getIndex()])
            .map(value -> JacksonInject.Value.construct(new Default(value), true, true))
            .orElse(null);
      }
      return null;
    }
  }

  /** Gives the value that the introspector has named. */
  static final class Values extends InjectableValues {
    @Override
    @Deprecated
    public Object findInjectableValue(
        Object value, DeserializationContext context, BeanProperty property, Object instance) {
      return ((Default) value).value();
    }
  }

  private static Optional<Object> value(RecordComponent component) {
    Record defaults = BY_RECORD.get(component.getDeclaringRecord());
    if (defaults == null) {
      return Optional.ofNullable(BY_TYPE.get(component.getType()));
    }
    try {
      return Optional.ofNullable(component.getAccessor().invoke(defaults));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the domain's records are public", e);
    }
  }
}
