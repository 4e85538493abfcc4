// A trained mind in plain JavaScript: no package, no WebAssembly. Reads .safetensors, runs both networks, in a browser
// as in Node.
//
//     import { HamletModel } from "./hamlet_model.mjs";
//     const model = await HamletModel.load(await (await fetch("model_ep00012.safetensors")).arrayBuffer());
//     const { action, q, hidden } = model.predict(obs);         // later: model.predict(obs, { hidden, mask })
//
// Sums are made in double precision and kept in single, so answers agree with the Python model to 1e-5.

export class HamletModel {
  /** The model in a file's bytes (an ArrayBuffer). Throws an Error if they are no HAMLET model, or a damaged one. */
  static async load(buffer) {
    const size = buffer.byteLength < 8 ? Infinity : Number(new DataView(buffer).getBigUint64(0, true));
    if (size > buffer.byteLength - 8) throw new Error("This is no safetensors file, or one that was cut short.");
    const { __metadata__: known, ...tensors } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, size)));
    if (known?.format !== "hamlet-model-1") throw new Error(`This is no HAMLET model: its format is ${known?.format}.`);
    const body = buffer.slice(8 + size);
    const label = [known.format, known.network, known.contract, known.metadata, ""].join("\n");
    const sealed = new Uint8Array(await new Blob([label, body]).arrayBuffer());
    const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", sealed))];
    if (digest.map((byte) => byte.toString(16).padStart(2, "0")).join("") !== known.sha256)
      throw new Error("This model is damaged: its checksum is wrong.");
    const weights = {};
    for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(tensors)) {
      const bytes = body.slice(from, to);
      weights[name] = { shape, data: dtype === "F16" ? Float32Array.from(new Uint16Array(bytes), half) : new Float32Array(bytes) };
    }
    return new HamletModel(known.network, weights, JSON.parse(known.contract), JSON.parse(known.metadata));
  }

  constructor(network, weights, contract, metadata) {
    Object.assign(this, { network, weights, contract, metadata });
    this.hiddenSize = network === "recurrent" ? weights["lstm.weight_hh_l0"].shape[1] : 0;
  }

  /**
   * Choose the best allowed action. obs: as many finite numbers as contract.obs_dim. hidden: what the step before gave,
   * or null to begin. mask: true = allowed; if nothing is, the action is 0. Nothing is remembered in here.
   */
  predict(obs, { hidden = null, mask = null } = {}) {
    if (obs.length !== this.contract.obs_dim || ![...obs].every(Number.isFinite))
      throw new Error(`An observation is ${this.contract.obs_dim} finite numbers; this one has ${obs.length}.`);
    const state = hidden ?? { h: new Float32Array(this.hiddenSize), c: new Float32Array(this.hiddenSize) };
    const [q, after] = this.hiddenSize ? this.#recurrent(Float32Array.from(obs), state) : [this.#simple(Float32Array.from(obs)), null];
    let action = -1;
    q.forEach((value, i) => {
      if ((!mask || mask[i]) && (action < 0 || value > q[action])) action = i;
    });
    return { action: Math.max(action, 0), q, hidden: after };
  }

  #simple(obs) {
    let y = relu(this.#norm("net.1", this.#linear("net.0", obs)));
    y = relu(this.#norm("net.4", this.#linear("net.3", y)));
    return this.#linear("net.6", y);
  }

  #recurrent(obs, { h, c }) {
    const names = ["position_encoder.0", "meter_encoder.0", "affordance_encoder.0"];
    const channels = this.weights["vision_encoder.2.weight"].shape[0];
    const cells = this.weights["vision_encoder.5.weight"].shape[1] / channels;
    let image = obs.subarray(0, cells);
    for (const name of ["vision_encoder.0", "vision_encoder.2"]) image = relu(this.#conv(name, image, Math.sqrt(cells)));
    const parts = [relu(this.#norm("vision_encoder.6", this.#linear("vision_encoder.5", image)))];
    let at = cells;
    for (const name of names) {
      const width = this.weights[`${name}.weight`].shape[1];
      parts.push(relu(this.#linear(name, obs.subarray(at, at + width))));
      at += width;
    }
    const seen = Float32Array.from(parts.flatMap((part) => [...part]));
    const gates = this.#dot("lstm.weight_ih_l0", "lstm.bias_ih_l0", seen);
    this.#dot("lstm.weight_hh_l0", "lstm.bias_hh_l0", h).forEach((value, i) => (gates[i] += value));
    const n = this.hiddenSize;
    const sigmoid = (x) => 1 / (1 + Math.exp(-x));
    const cell = c.map((old, i) => sigmoid(gates[n + i]) * old + sigmoid(gates[i]) * Math.tanh(gates[2 * n + i]));
    const out = cell.map((value, i) => sigmoid(gates[3 * n + i]) * Math.tanh(value));
    const y = relu(this.#norm("q_head.1", this.#linear("q_head.0", this.#norm("lstm_norm", out))));
    return [this.#linear("q_head.3", y), { h: out, c: cell }];
  }

  #linear(name, x) {
    return this.#dot(`${name}.weight`, `${name}.bias`, x);
  }

  #dot(weight, bias, x) {
    const { data, shape: [, columns] } = this.weights[weight];
    const y = Float32Array.from(this.weights[bias].data);
    for (let row = 0, at = 0; row < y.length; row++) {
      let sum = y[row];
      for (let i = 0; i < columns; i++, at++) sum += data[at] * x[i];
      y[row] = sum;
    }
    return y;
  }

  #norm(name, x) {
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
    const gain = this.weights[`${name}.weight`].data, bias = this.weights[`${name}.bias`].data;
    return x.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * gain[i] + bias[i]);
  }

  // A 3 x 3 convolution that keeps the size: beyond the edge everything is zero.
  #conv(name, x, side) {
    const { data: kernel, shape: [outs, ins] } = this.weights[`${name}.weight`];
    const bias = this.weights[`${name}.bias`].data;
    const y = new Float32Array(outs * side * side);
    for (let o = 0; o < outs; o++)
      for (let row = 0; row < side; row++)
        for (let column = 0; column < side; column++) {
          let sum = bias[o];
          for (let i = 0; i < ins; i++)
            for (let dy = -1; dy <= 1; dy++)
              for (let dx = -1; dx <= 1; dx++) {
                const r = row + dy, s = column + dx;
                if (r >= 0 && r < side && s >= 0 && s < side)
                  sum += kernel[((o * ins + i) * 3 + dy + 1) * 3 + dx + 1] * x[(i * side + r) * side + s];
              }
          y[(o * side + row) * side + column] = sum;
        }
    return y;
  }
}

const relu = (x) => x.map((value) => Math.max(value, 0));

/** A float16's 16 bits as a number. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -14 * (fraction / 1024);
}
