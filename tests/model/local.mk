# SPDX-License-Identifier: MIT
# The models of the machine and of outages, which spin searches if it is
# installed.
model:
	SPIN="$(SPIN)" CC="$(CC)" $(PYTHON) -B \
	  $(srcdir)/tests/model/check-model causeway.pml || test $$? -eq 77
.PHONY: model

EXTRA_DIST += \
	tests/model/check-model \
	tests/model/links.pml \
	tests/model/model.py \
	tests/model/outage.pml \
	tests/model/outage_model.py

CLEANFILES += causeway.pml
