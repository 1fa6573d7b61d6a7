// SPDX-License-Identifier: MIT
'use strict';

module.exports = {
  ...require('./lib/constants'),
  ...require('./lib/nbd'),
  ...require('./lib/disk'),
};
