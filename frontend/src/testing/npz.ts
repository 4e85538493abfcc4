import { readFileSync } from "node:fs";

/** The float32 arrays of a file that numpy.savez wrote: a zip archive without compression. */
export function readNpz(path: string): Record<string, { shape: number[]; data: Float32Array }> {
  const file = readFileSync(path);
  const arrays: Record<string, { shape: number[]; data: Float32Array }> = {};
  let at = file.indexOf("PK\x01\x02", 0, "latin1");
  while (at >= 0 && file.readUInt32LE(at) === 0x02014b50) {
    const nameLength = file.readUInt16LE(at + 28);
    const name = file.toString("utf8", at + 46, at + 46 + nameLength);
    const local = file.readUInt32LE(at + 42);
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const header = file.readUInt16LE(start + 8);
    const told = file.toString("latin1", start + 10, start + 10 + header);
    if (!told.includes("'<f4'") || told.includes("'fortran_order': True")) throw new Error(`${name} is not float32 by rows: ${told}`);
    const shape = [...told.matchAll(/\(([^)]*)\)/g)].at(-1)![1]!.split(",").filter((part) => part.trim()).map(Number);
    const count = shape.reduce((product, size) => product * size, 1);
    const bytes = file.subarray(start + 10 + header, start + 10 + header + 4 * count);
    arrays[name.replace(/\.npy$/, "")] = { shape, data: new Float32Array(Uint8Array.from(bytes).buffer) };
    at += 46 + nameLength + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  }
  return arrays;
}
