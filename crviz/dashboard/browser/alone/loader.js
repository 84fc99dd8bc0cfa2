// Opens a page without a server: its parts, packed, stand in the document or beside it; a script in them is run from a blob.

const places = JSON.parse(document.getElementById("parts").textContent) // by name; null where a part stands in the document

// one part, unpacked
async function part(name) {
  return new Response((await packedPart(name)).pipeThrough(new DecompressionStream("gzip"))).arrayBuffer()
}

async function packedPart(name) {
  if (places[name] === null) return new Blob([fromBase64(document.getElementById(`part-${name}`).textContent)]).stream()
  const answer = await fetch(new URL(places[name], document.baseURI))
  if (!answer.ok) throw new Error(`${places[name]} is not there (${answer.status})`)
  return answer.body
}

function fromBase64(text) {
  const letters = atob(text), out = new Uint8Array(letters.length)
  for (let i = 0; i < letters.length; i++) out[i] = letters.charCodeAt(i)
  return out
}

// a module among them
async function module(name) { return import(await address(name)) }

async function address(name) { return URL.createObjectURL(new Blob([await part(name)], {type: "text/javascript"})) }

function run(url) {
  const script = document.createElement("script")
  return new Promise((onload, onerror) => document.head.append(Object.assign(script, {src: url, onload, onerror})))
}

async function begin() {
  if (typeof DecompressionStream !== "function") throw new Error("this browser is too old for it: it cannot unpack what it holds")
  const held = part("held"), page = address("page")
  await run(await address("bokeh"))
  const {start} = await import(await page)
  await start(await held, part, module)
}

begin().catch((error) => {
  document.querySelector("#connection p").textContent = `This page cannot be opened: ${error.message ?? "a script in it was not run"}.`
  throw error
})
