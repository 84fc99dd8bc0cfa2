// Before anything is painted: the theme of a link, else the one that was chosen here, else the system's, which is followed.
{
  const themes = ["default", "dark"], root = document.documentElement
  const asked = new URLSearchParams(location.search || location.hash.slice(1)).get("theme")
  let kept = null
  try { kept = localStorage.getItem("crviz-theme") } catch {} // some browsers forbid it: nothing was kept
  const said = [asked, kept].find((each) => themes.includes(each))
  root.dataset.theme = said ?? themes[Number(matchMedia("(prefers-color-scheme: dark)").matches)]
  root.toggleAttribute("data-follows", !said)
}
