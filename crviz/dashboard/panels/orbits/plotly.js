// Plotly as Panel brings it along, fetched when it is first needed.

let arriving = null // the promise of Plotly, one for all views of a page

export function plotly(url) {
  if (window.Plotly) return Promise.resolve(window.Plotly)
  arriving ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = url
    script.onload = () => resolve(window.Plotly)
    script.onerror = () => {
      arriving = null
      reject(new Error(`${url} did not load`))
    }
    document.head.append(script)
  })
  return arriving
}

// Plotly styles the document, which a shadow root does not see
export function adoptStyles(root) {
  const rules = document.getElementById("plotly.js-style-global")?.sheet?.cssRules ?? []
  const style = document.createElement("style")
  style.textContent = Array.from(rules, (rule) => rule.cssText).join("\n")
  root.prepend(style)
}

export function hasWebGL() {
  const gl = document.createElement("canvas").getContext("webgl")
  gl?.getExtension("WEBGL_lose_context")?.loseContext()
  return Boolean(gl)
}
