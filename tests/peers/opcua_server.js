// A plant's OPC UA server, by node-opcua: an implementation that shares nothing with the client under test.
// Started with a JSON of settings; each line of its input is a command, each command is answered by one line.
"use strict";
const readline = require("readline");
const {
  OPCUAServer, OPCUACertificateManager, DataType, StatusCodes, StatusCode, MessageSecurityMode, SecurityPolicy, VariantArrayType, standardUnits, coerceLocalizedText,
} = require("node-opcua");

const settings = JSON.parse(process.argv[2] || "{}");
const variables = new Map();
let ticking = null;

async function main() {
  const trust = { rootFolder: `${settings.folder}/pki`, automaticallyAcceptUnknownCertificate: true };
  const server = new OPCUAServer({
    port: settings.port,
    resourcePath: "/plant",
    hostname: "127.0.0.1",
    allowAnonymous: !settings.user,
    userManager: { isValidUser: (user, password) => user === settings.user && password === settings.password },
    serverCertificateManager: new OPCUACertificateManager(trust),
    securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes128_Sha256_RsaOaep, SecurityPolicy.Aes256_Sha256_RsaPss],
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
    serverCapabilities: { minSupportedSampleRate: 0, operationLimits: { maxMonitoredItemsPerCall: 300, maxNodesPerRead: 500, maxNodesPerBrowse: 200 } },
  });
  await server.initialize();
  build(server.engine.addressSpace);
  await server.start();
  readline.createInterface({ input: process.stdin }).on("line", (line) => answer(server, JSON.parse(line))).on("close", () => process.exit(0));
  say({ ready: true });
}

function build(space) {
  const own = space.getOwnNamespace();
  const plant = own.addObject({ organizedBy: space.rootFolder.objects, browseName: "Plant", nodeId: "s=Plant" });
  const press = own.addObject({ componentOf: plant, browseName: "Press", nodeId: "s=Press" });
  press.addReference({ referenceType: "Organizes", nodeId: plant.nodeId });  // a cycle, as real servers have them
  const scalars = {
    Double: 1.5, Float: 2.5, Boolean: true, SByte: -8, Byte: 8, Int16: -16, UInt16: 16, Int32: -32, UInt32: 32, Int64: [0, 64], UInt64: [0x7fffffff, 0xffffffff],
    String: "run", DateTime: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)), Guid: "72962b91-fa75-4ae6-8d28-b404dc7daf63", ByteString: Buffer.from([1, 255]),
    LocalizedText: coerceLocalizedText("läuft"), QualifiedName: { namespaceIndex: 1, name: "q" }, StatusCode: StatusCodes.BadTimeout, NodeId: plant.nodeId,
  };
  for (const [type, value] of Object.entries(scalars)) add(own.addVariable({ componentOf: press, browseName: type, nodeId: `s=${type}`, dataType: type }), type, value);
  add(own.addVariable({ componentOf: press, browseName: "Array", nodeId: "s=Array", dataType: "Double", valueRank: 1 }), "Double", [1, 2.5], VariantArrayType.Array);
  add(own.addAnalogDataItem({
    componentOf: press, browseName: "Power", nodeId: "s=Power", dataType: "Double", engineeringUnitsRange: { low: 0, high: 200 }, engineeringUnits: standardUnits.kilowatt,
  }), "Double", 10);
  add(own.addMultiStateDiscrete({ componentOf: press, browseName: "Mode", nodeId: "s=Mode", dataType: "UInt32", enumStrings: ["Idle", "Running", "Broken"] }), "UInt32", 1);
  const kept = add(own.addVariable({ componentOf: press, browseName: "Kept", nodeId: "s=Kept", dataType: "Double" }), "Double", 0);
  space.installHistoricalDataNode(kept, { maxOnlineValues: 100000 });
  add(own.addVariable({ componentOf: press, browseName: "Counter", nodeId: "s=Counter", dataType: "UInt32" }), "UInt32", 0);
  const many = own.addObject({ componentOf: plant, browseName: "Many", nodeId: "s=Many" });
  for (let i = 0; i < (settings.many || 0); i++) add(own.addVariable({ componentOf: many, browseName: `v${i}`, nodeId: `s=v${i}`, dataType: "Double" }), "Double", 0);
}

function add(variable, type, value, arrayType = VariantArrayType.Scalar) {
  const name = variable.nodeId.value;
  variables.set(name, { variable, dataType: DataType[type], arrayType });
  if (name !== "Kept") set({ set: name, value });
  return variable;
}

function set({ set: name, value, status = "Good", bits = 0, time }) {
  const { variable, dataType, arrayType } = variables.get(name);
  const read = { NaN: NaN, Infinity: Infinity }[value] ?? value;
  const code = bits ? StatusCode.makeStatusCode(StatusCodes[status], bits) : StatusCodes[status];
  variable.setValueFromSource({ dataType, arrayType, value: read }, code, time ? new Date(time) : new Date());
}

// Every variable of the crowd changes again and again: `times` times, or until told to stop, with `every` milliseconds between.
function tick({ every, times }) {
  let turn = 0;
  ticking = setInterval(() => {
    turn += 1;
    for (let i = 0; i < settings.many; i++) set({ set: `v${i}`, value: turn });
    if (times && turn >= times) clearInterval(ticking);
  }, every);
}

async function answer(server, command) {
  if ("set" in command) set(command);
  else if ("count" in command) for (let n = command.count[0]; n < command.count[1]; n++) set({ set: "Counter", value: n });
  else if ("tick" in command) tick(command.tick);
  else if (command.halt) clearInterval(ticking);
  else if (command.stop) await server.shutdown(10).then(() => process.exit(0));
  say({ done: command });
}

function say(what) {
  process.stdout.write(JSON.stringify(what) + "\n");
}

main().catch((error) => { console.error(error); process.exit(1); });
