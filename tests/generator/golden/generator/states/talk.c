/* SPDX-License-Identifier: MIT */
/* Hear and say things at the same time. */
GROUP (TALK)
  REGIONS (HEAR, SAY)
  PHASE (CONNECTED)
  WHEN ("while both talked")
  ON (LEAVE -> .CLOSED)
  LOST (.LOST)
  AFTER (l->silence -> .LOST)
