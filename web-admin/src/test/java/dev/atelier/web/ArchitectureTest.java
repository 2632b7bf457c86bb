// SPDX-License-Identifier: Apache-2.0
package dev.atelier.web;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.atelier.web", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule knowsNothingOfGrpc =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.atelier.grpc..", "dev.atelier.proto..", "io.grpc..");

  @ArchTest
  static final ArchRule theGuardKnowsHttpAlone =
      noClasses()
          .that()
          .resideInAPackage("dev.atelier.web.guard..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.atelier.workspace.(domain|operations|store|runtime|reconcile)..");
}
