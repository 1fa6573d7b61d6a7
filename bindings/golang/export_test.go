// SPDX-License-Identifier: MIT

package libnbd

// ClosuresInUse counts the functions that the library holds.
func ClosuresInUse() int {
	return closures.inUse()
}
