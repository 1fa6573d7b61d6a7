// SPDX-License-Identifier: MIT
'use strict';

// Load the addon: beside the package, where a distribution or `make` installs it,
// or where node-gyp builds it.

const fs = require('node:fs');
const path = require('node:path');

const places = ['../nbd.node', '../build/Release/nbd.node'];
const found = places.find((place) =>
  fs.existsSync(path.join(__dirname, place)));
if (found === undefined) {
  throw new Error('libnbd: nbd.node was not built; run node-gyp rebuild in ' +
    path.dirname(__dirname));
}
module.exports = require(found);
