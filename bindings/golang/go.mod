// SPDX-License-Identifier: MIT
module libguestfs.org/libnbd

go 1.17
