/** Colours of the picture: dark, calm, with enough contrast on GitHub's light and dark pages alike. */
export const theme = {
  background: "#0e1219",
  bar: "#161c27",
  edge: "#2a3444",
  text: "#cdd6e3",
  faint: "#7b879a",
  title: "#8a96a8",
  lights: ["#ff6f68", "#f5bf4f", "#5fc65a"],
  /** The terminal's palette: black, red, green, yellow, blue, magenta, cyan, white, then the bright ones. */
  palette: [
    "#1b222e",
    "#ff7a85",
    "#7fd88f",
    "#f0c674",
    "#7fb4ff",
    "#d4a1ff",
    "#62d6e8",
    "#cdd6e3",
    "#5c6778",
    "#ff9aa2",
    "#a0e8ad",
    "#ffdc94",
    "#a5caff",
    "#e3c2ff",
    "#90e6f3",
    "#f3f6fb",
  ],
  font: "ui-monospace,SFMono-Regular,Menlo,'Cascadia Mono',Consolas,'DejaVu Sans Mono','Liberation Mono',monospace",
};

/** Sizes in pixels. A cell is as wide as most monospace fonts are at this size; text is stretched to it where they are not. */
export const size = { font: 14, cell: 8.4, line: 20, padding: 18, bar: 38, radius: 10 };
