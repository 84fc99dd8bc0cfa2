// Text in a PNG.

import assert from "node:assert/strict"
import {test} from "node:test"

import {withText} from "../browser/png.js"

test("what is said stands after the header, with its length and checksum, and the rest stays", () => {
  const png = Uint8Array.from({length: 50}, (_, place) => place) // header and rest, whatever they hold
  const said = Buffer.from(withText(png, {Title: "σ² = 1"}))
  const chunk = Buffer.concat([
    Buffer.from([0, 0, 0, 18]), Buffer.from("iTXtTitle\0\0\0\0\0σ² = 1", "utf8"), Buffer.from("dd9f0efd", "hex"),
  ]) // the checksum is that of zlib
  assert.deepEqual(said, Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]))
})

test("every keyword has a chunk, in their order", () => {
  const said = Buffer.from(withText(new Uint8Array(40), {Title: "a", Description: "b\nc"})).toString("latin1")
  assert.ok(said.indexOf("iTXtTitle") > 0 && said.indexOf("iTXtDescription") > said.indexOf("iTXtTitle"))
})
