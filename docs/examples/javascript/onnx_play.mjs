// A trained mind in JavaScript, through ONNX Runtime Web. The same code runs in a browser and in Node.
//
//     npm install onnxruntime-web
//     node onnx_play.mjs model_ep00012.onnx
//
// The widths come from the graph. What each value of an observation means stands in the model's card; the contract
// itself is in the file's metadata_props, which ONNX Runtime does not hand to JavaScript.

import { readFile } from "node:fs/promises";
import * as ort from "onnxruntime-web";

ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(await readFile(process.argv[2] ?? "model_ep00012.onnx"));
const remembers = session.inputNames.includes("h");
const width = (name) => session.inputMetadata.find((input) => input.name === name).shape[1];

/** What a life begins with: no memory, which is zeros. */
export function begin() {
  if (!remembers) return {};
  const zeros = () => new ort.Tensor("float32", new Float32Array(width("h")), [1, width("h")]);
  return { h: zeros(), c: zeros() };
}

/** One step: observation in; action, Q-values and the memory for the next step out. */
export async function step(observation, memory) {
  const obs = new ort.Tensor("float32", Float32Array.from(observation), [1, observation.length]);
  const out = await session.run({ obs, ...memory });
  const q = [...out.q_values.data];
  return { action: q.indexOf(Math.max(...q)), q, memory: remembers ? { h: out.h_next, c: out.c_next } : {} };
}

// Five moments that get worse: all values the same, from 1 down to 0.
let memory = begin();
for (const share of [1, 0.75, 0.5, 0.25, 0]) {
  const moment = await step(new Float32Array(width("obs")).fill(share), memory);
  memory = moment.memory;
  console.log(JSON.stringify({ action: moment.action, q: moment.q }));
}
