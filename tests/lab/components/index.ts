import { apiserver } from "./apiserver";
import type { Component } from "./component";
import { controllerManager } from "./controller-manager";
import { edge } from "./edge";
import { etcd } from "./etcd";
import { kubelet } from "./kubelet";
import { pebble } from "./pebble";
import { scheduler } from "./scheduler";
import { traefik } from "./traefik";

/** In the order in which they are shown; they are stopped in the reverse order. */
export const components: readonly Component[] = [
  etcd,
  apiserver,
  controllerManager,
  scheduler,
  pebble("staging"),
  pebble("production"),
  edge,
  kubelet,
  traefik,
];
