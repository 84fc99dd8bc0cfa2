// Numbers in words, and what is set.

import assert from "node:assert/strict"
import {test} from "node:test"

import {digits, significant, withError, yearsInWords} from "../browser/digits.js"
import {exact, quotient, timeInWords} from "../browser/numbers.js"
import {Settings} from "../browser/settings.js"

test("a value with its error has two digits of the error", () => {
  assert.equal(withError(4.5432, 0.1512), "4.54 ±\u00a00.15")
  assert.equal(withError(60.84, 2.13), "60.8 ±\u00a02.1")
  assert.equal(withError(-0.2, 0.0123), "−0.200 ±\u00a00.012")
  assert.equal(withError(NaN, 1), "–")
})

test("without an error it has three, zeros at the end among them", () => {
  assert.equal(withError(2, NaN), "2.00")
  assert.equal(significant(0.0501, 2), "0.050")
  assert.equal(significant(1234), "1230")
  assert.equal(digits(0.00001234), "1.23e−5")
})

test("what is set is said with all of its digits", () => {
  assert.equal(exact(0.5, 2), "0.50")
  assert.equal(exact(0.487, 2), "0.487")
  assert.equal(timeInWords(100.21234), "100.21")
})

test("a fraction is the number that Python has", () => {
  assert.equal(quotient("11/3"), 3.6666666666666665)
  assert.equal(quotient(" 3.5 "), 3.5)
  assert.equal(quotient("1e-3"), 1e-3)
  for (const text of ["", "/3", "11/", "1/0", "1/2/3", "steep"]) assert.equal(quotient(text), null, text)
})

test("who listens hears what is set anew, and finds all that is set", () => {
  const settings = new Settings(), heard = []
  settings.listen((keys) => heard.push(keys))
  settings.set({theta: 30, p: 0.5})
  settings.set({p: 0.4})
  assert.deepEqual(heard, [["theta", "p"], ["p"]])
  assert.deepEqual(settings.values, {theta: 30, p: 0.4})
})

test("a time is said in days, years or thousands and millions of them", () => {
  // r_L / c: 3.2616 yr for a parsec
  assert.equal(yearsInWords(100, 0.1, 100), "3260 yr")
  assert.equal(yearsInWords(1, 1.8e-5, 100), "2.14 d")
  assert.equal(yearsInWords(300, 0.5, 100), "48.9 kyr")
  assert.equal(yearsInWords(1e6, 1, 100), "326 Myr")
})
