// SPDX-License-Identifier: Apache-2.0
package dev.atelier.grpc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = {"dev.atelier.grpc", "dev.atelier.workspace"},
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule THE_CONSOLE_IS_NOT_KNOWN_HERE =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.atelier.web..", "jakarta.faces..", "jakarta.ws.rs..");

  @ArchTest
  static final ArchRule NOBODY_ELSE_KNOWS_GRPC_AND_THE_WIRE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.atelier.grpc..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.grpc..", "dev.atelier.proto..", "com.google.protobuf..");

  @ArchTest
  static final ArchRule STORE_AND_RUNTIME_ARE_REACHED_THROUGH_OPERATIONS_ALONE =
      noClasses()
          .that()
          .resideInAPackage("dev.atelier.grpc..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.atelier.workspace.store..", "dev.atelier.workspace.runtime..");
}
