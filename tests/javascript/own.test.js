// Spectra of one's own, read in the browser.

import assert from "node:assert/strict"
import {test} from "node:test"

import {ownSpectrum} from "../panels/spectra/own.js"

const MEASURED = `# what crviz observe writes
#: name: a map
#: declination: -90 -25
#: pseudo: yes
#: smoothing: 5
#: m0: no
ell,C_ell,error,noise,D_ell
0,1e-9,,1e-10,0
1,4e-8,1e-9,1e-10,1
2,1e-8,,1e-10,1
4,2e-10,1e-11,1e-10,1
`

test("a file of crviz observe is read with its window and its noise", () => {
  const {observed, asked} = ownSpectrum(MEASURED, "map.csv", 0)
  assert.deepEqual(asked, {ell: [1, 2, 4], declination: [-90, -25], smoothing: 5, pseudo: true, m0: false})
  assert.deepEqual([observed.name, observed.cl, observed.low], ["a map", [4e-8, 1e-8, 2e-10], [1e-9, -1, 1e-11]])
  assert.deepEqual([observed.level, observed.fitted], [1e-10, [1, 2]]) // l = 4 is twice its noise
  assert.equal(observed.part, "declination −90° to −25°")
  assert.ok(observed.corrected.endsWith("m = 0 is missing"))
})

test("any table with the columns is read, and what it does not say is said", () => {
  const {observed, asked} = ownSpectrum("﻿ell, C_ell\r\n2, 3e-8\r\n7, 1e-9\r\n", "own.csv", 3)
  assert.deepEqual(asked, {ell: [2, 7], declination: [-90, 90], smoothing: 0, pseudo: true, m0: true})
  assert.deepEqual([observed.name, observed.key, observed.level, observed.fitted], ["own.csv", "own 3", 0, [2, 7]])
  assert.match(observed.part, /not given in the file: the whole sky is assumed/)
  const renamed = ownSpectrum("#: columns: cl = power, error_up = above\nell,power,above\n1,2e-8,1e-9\n", "own.csv", 0)
  assert.deepEqual([renamed.observed.cl, renamed.observed.low, renamed.observed.high], [[2e-8], [-1], [1e-9]])
})

for (const [what, text, sentence] of [
  ["no table", "%PDF-1.4\nhello", /own.csv: it must have the columns ell and C_ell/],
  ["nothing", "", /own.csv: it must have the columns ell and C_ell/],
  ["no rows", "ell,C_ell\n", /own.csv: there must be rows below its header\./],
  ["words for numbers", "ell,C_ell\n1,big\n", /own.csv: C_ell = big must be a number\./],
  ["a hole", "ell,C_ell\n1,\n", /own.csv: C_ell must be a number in every row\./],
  ["a falling l", "ell,C_ell\n3,1\n2,1\n", /own.csv: ell = 2 must be a whole number above the one before it\./],
  ["half declinations", "#: declination: -90\nell,C_ell\n1,1\n", /own.csv: declination = -90 must be two numbers\./],
  ["a mask", "#: window: abc\nell,C_ell\n1,1\n", /own.csv: its mask is not a band/],
  ["several spectra", "#: name: at {E}\nE,ell,C_ell\n1,1,1\n", /own.csv: it holds several spectra/],
  ["a key twice", "#: m0: no\n#: m0: yes\nell,C_ell\n1,1\n", /own.csv: m0 must be in its header once\./],
]) test(`${what} is refused with a sentence`, () => assert.throws(() => ownSpectrum(text, "own.csv", 0), {message: sentence}))
