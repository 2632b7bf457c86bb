// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "dev.atelier.workspace",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule domainKnowsJavaAlone =
      classes()
          .that()
          .resideInAPackage("..workspace.domain..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "javax.annotation.processing..", "..workspace.domain..");

  @ArchTest
  static final ArchRule onlyTheKubernetesRuntimeKnowsItsClient =
      noClasses()
          .that()
          .resideOutsideOfPackage("..runtime.kubernetes..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.fabric8..");

  @ArchTest
  static final ArchRule onlyTheEdgeKnowsTheWire =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("io.grpc..", "com.google..");

  /** Its producers alone belong to the server. */
  @ArchTest
  static final ArchRule contentRunsWithoutAServer =
      noClasses()
          .that()
          .resideInAPackage("..workspace.content.*..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jakarta..", "org.eclipse.microprofile..", "com.fasterxml..");

  @ArchTest
  static final ArchRule contentKnowsTheDomainAlone =
      classes()
          .that()
          .resideInAPackage("..workspace.content.*..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "javax.net..",
              "com.github.luben.zstd..",
              "software.amazon.awssdk..",
              "..workspace.domain..",
              "..workspace.content..");

  @ArchTest
  static final ArchRule portsKnowNoAdapter =
      noClasses()
          .that()
          .resideInAnyPackage("..workspace.reconcile..", "..workspace.subscribe..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "..runtime.local..", "..runtime.kubernetes..", "jakarta.persistence..");
}
