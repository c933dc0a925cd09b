// An edge node of the sparkplug-client package, driven by lines of JSON on its standard input; what happens to it is told on standard output.
//   node sparkplug_publisher.js URL GROUP EDGE [DEVICE]
//   {"do": "birth" | "data" | "device_birth" | "device_data" | "device_death" | "burst" | "stop", "metrics": [...], ...}
"use strict";
const [url, group, edge, device] = process.argv.slice(2);
const lines = require("readline").createInterface({ input: process.stdin });
const tell = (what, more) => process.stdout.write(JSON.stringify({ is: what, ...more }) + "\n");
console.log = console.info = () => {};

const client = require("sparkplug-client").newClient({
  serverUrl: url, username: "", password: "", groupId: group, edgeNode: edge, clientId: `${group}-${edge}`, version: "spBv1.0",
});
let node = [], press = [];
let last = 0;
const now = () => (last = Math.max(Date.now(), last + 1));  // no two values at the same time
const stamped = (metrics) => ({ timestamp: now(), metrics: metrics.map((m) => ({ timestamp: now(), ...m })) });
const born = () => {
  client.publishNodeBirth(stamped([{ name: "Node Control/Rebirth", type: "Boolean", value: false }, ...node]));
  if (device) client.publishDeviceBirth(device, stamped(press));
  tell("born");
};

const doing = {
  birth: (line) => { node = line.metrics || []; press = line.device_metrics || []; born(); },
  data: (line) => client.publishNodeData(stamped(line.metrics)),
  device_data: (line) => client.publishDeviceData(device, stamped(line.metrics)),
  device_death: () => client.publishDeviceDeath(device, { timestamp: now() }),
  skip: (line) => { client.seq = (client.seq + line.messages) % 256; },  // as if messages had been lost on their way
  burst: (line) => {
    for (let i = 0; i < line.messages; i++) {
      client.publishNodeData({ timestamp: line.from + i, metrics: node.map((m) => ({ alias: m.alias, type: m.type, timestamp: line.from + i, value: i })) });
    }
  },
  stop: () => client.stop(),
};

client.on("birth", () => { tell("connected"); if (node.length) born(); });
client.on("ncmd", (payload) => {
  tell("asked", { metrics: payload.metrics.map((m) => m.name) });
  if (payload.metrics.some((m) => m.name === "Node Control/Rebirth" && m.value)) born();
});
client.on("dcmd", (name, payload) => {
  for (const told of payload.metrics) {
    const held = press.find((m) => m.name === told.name || (m.alias !== undefined && String(m.alias) === String(told.alias)));
    if (held) held.value = told.value;
  }
  client.publishDeviceData(device, stamped(press));
  tell("commanded", { device: name, metrics: payload.metrics.map((m) => ({ name: m.name, type: m.type, value: m.value })) });
});
client.on("close", () => tell("closed"));
client.on("error", (error) => tell("error", { why: String(error) }));
lines.on("line", (text) => { const line = JSON.parse(text); doing[line.do](line); tell("done", { what: line.do }); });
lines.on("close", () => process.exit(0));
