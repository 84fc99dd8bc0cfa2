// Finer skies, put together of the files that Python has written, bit by bit as Python does.

import assert from "node:assert/strict"
import {readFileSync} from "node:fs"
import {test} from "node:test"
import {gunzipSync} from "node:zlib"

import {fine, positions} from "../panels/sky/fine.js"

const asked = []
function read(index) {
  const bytes = gunzipSync(readFileSync(`${index}.gz`))
  return fine(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), 64, (offset) => {
    asked.push(index + offset)
    return read(index + offset)
  })
}

test("what is like another time is put together with that one, which is like a third", async () => {
  const {steps, units} = await read(55)
  assert.deepEqual(asked, [54, 53])
  assert.deepEqual(Buffer.from(steps.buffer), readFileSync("55.steps"))
  const bytes = readFileSync("55.units")
  assert.deepEqual(units, [0, 8, 16].map((place) => bytes.readDoubleLE(place)))
})

test("what is like its rings is put together of these", async () => {
  assert.deepEqual(Buffer.from((await read(30)).steps.buffer), readFileSync("30.steps"))
})

test("a value lies in the middle of its step", () => {
  const {components, scale} = positions({steps: Int8Array.of(-128, 0, 127), units: [2, 4, 6]})
  assert.deepEqual([...components].map((each, axis) => each * scale[axis]), [-255, 2, 127.5 * 6])
})
