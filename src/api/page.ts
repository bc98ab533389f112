/** The look of the pages of the default host, until the web app has its own. */

export const pageStyle = `
:root{color-scheme:light dark}
body{margin:0;font:1rem/1.6 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{max-width:44rem;margin:0 auto;padding:2rem 1.25rem}
h1{font-size:1.75rem;margin:0 0 .25rem}
h2{font-size:1.125rem;margin:2rem 0 .5rem}
pre{padding:1rem;border:1px solid GrayText;border-radius:.5rem;overflow-x:auto;font-size:.875rem}
a{color:LinkText}
form{max-width:24rem}
label{display:block;margin:1rem 0 0}
label[hidden]{display:none}
input{display:block;box-sizing:border-box;width:100%;font:inherit;padding:.5rem .625rem;border:1px solid GrayText;border-radius:.375rem;background:Field;color:FieldText}
button{margin-top:1.25rem;font:inherit;padding:.5rem 1rem;border:1px solid CanvasText;border-radius:.375rem;background:CanvasText;color:Canvas;cursor:pointer}
button:disabled{opacity:.6;cursor:progress}
.note{margin:.25rem 0 0;font-size:.875rem}
[role=alert]:not(:empty){padding:.75rem 1rem;border-left:.25rem solid #c62828}
:focus-visible{outline:2px solid LinkText;outline-offset:2px}
#done:focus-visible{outline:none}
code{overflow-wrap:anywhere;white-space:pre-wrap}`;
