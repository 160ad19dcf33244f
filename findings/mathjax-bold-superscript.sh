#!/bin/sh
# MathJax sets \mathbf{x^Tc} as x to the power Tc: in bold, letters side by side are one identifier, also behind ^.
#
# Expected: as in LaTeX, and as in \mathbf{x}^T\mathbf{c}: ^ takes the one letter T, and c follows on the line.
# What happens: the MathML has one raised <mi mathvariant="bold">Tc</mi>; a transpose times c has become a label.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent mathjax-full@3.2.2
cat >ask.js <<'SCRIPT'
const {mathjax} = require('mathjax-full/js/mathjax.js');
const {TeX} = require('mathjax-full/js/input/tex.js');
const {liteAdaptor} = require('mathjax-full/js/adaptors/liteAdaptor.js');
const {RegisterHTMLHandler} = require('mathjax-full/js/handlers/html.js');
const {SerializedMmlVisitor} = require('mathjax-full/js/core/MmlTree/SerializedMmlVisitor.js');
const {STATE} = require('mathjax-full/js/core/MathItem.js');
RegisterHTMLHandler(liteAdaptor());
const page = mathjax.document('', {InputJax: new TeX()});
const said = new SerializedMmlVisitor().visitTree(page.convert('\\mathbf{x^Tc}', {end: STATE.CONVERT}));
console.log('mathjax-full', require('mathjax-full/package.json').version);
console.log(said);
process.exit(/<mi mathvariant="bold">Tc<\/mi>/.test(said) ? 0 : 1);
SCRIPT
node ask.js
