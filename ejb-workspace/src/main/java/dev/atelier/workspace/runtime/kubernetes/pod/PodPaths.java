// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.kubernetes.pod;

/** Where things are in the containers of a pod. */
final class PodPaths {
  static final String WORKSPACE = "/workspace";
  static final String PROGRAMS = "/.atelier/programs";
  static final String STATE = "/.atelier/state";
  static final String START = "/.atelier/start";
  static final String ORDER = "/.atelier/order";
  static final String OUT = "/.atelier/out";
  static final String HOME = "/.atelier/home";
  static final String VOLUME = "/.atelier/volume";
  static final String IDE = "/.atelier/ide";
  static final String DOOR = "/.atelier/door";
  static final String SOCKET = DOOR + "/store";
  static final String SIGNATURES = "/tmp/signatures";
  static final String LABELS = "/.atelier/labels";
  static final String SHELL = PROGRAMS + "/busybox";
  static final String INIT = PROGRAMS + "/init";
  static final String TOOLS = PROGRAMS + "/tools";

  private PodPaths() {}
}
