// What a link does not hold, kept in this window while the page loads itself anew, and at no other time.

const KEY = "crviz"

// the window's storage; some browsers forbid it, and then nothing is kept
function storage() {
  try {
    return window.sessionStorage
  } catch {
    return null
  }
}

// of the page at this address: {panels: {name: ...}, ...}; where there is no room for what panels have it is said to be `tooLarge`, and
// where there is none at all nothing is kept: the page comes back by its link
export function keep(state) {
  for (const what of [state, {...state, panels: {}, tooLarge: true}]) {
    try {
      storage()?.setItem(KEY, JSON.stringify({...what, link: location.search}))
      return
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error
    }
  }
}

// what the page before has kept, or null; it stays until `forget`, as the session may not answer this time
export function recalled() {
  const found = JSON.parse(storage()?.getItem(KEY) ?? "null")
  if (found?.link === location.search) return found
  forget() // somebody has gone elsewhere meanwhile
  return null
}

export function forget() { storage()?.removeItem(KEY) }
