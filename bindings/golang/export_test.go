// SPDX-License-Identifier: MIT

package libnbd

// ClosuresInUse returns the number of functions that the library holds.
func ClosuresInUse() int {
	return closures.inUse()
}
