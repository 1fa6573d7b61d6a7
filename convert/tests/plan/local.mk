# SPDX-License-Identifier: MIT
# Tests of the planner.
convert_plan_programs = \
	convert/tests/plan/no-search-finds-a-cheaper-plan \
	convert/tests/plan/plans-are-those-of-people-who-know
convert_plan_scripts = \
	convert/tests/plan/plans-are-explained.py
check_PROGRAMS += \
	$(convert_plan_programs) \
	convert/tests/plan/print-plan
TESTS += $(convert_plan_programs) $(convert_plan_scripts)
EXTRA_DIST += $(convert_plan_scripts)

convert_plan_cppflags = $(convert_cppflags) -I$(srcdir)/tests/lib/libtest
convert_plan_ldadd = $(convert_libs) tests/lib/libtest.a
convert_plan_inputs = \
	convert/tests/plan/inputs.c \
	convert/tests/plan/inputs.h
convert_tests_plan_no_search_finds_a_cheaper_plan_CPPFLAGS = \
	$(convert_plan_cppflags)
convert_tests_plan_no_search_finds_a_cheaper_plan_LDADD = \
	$(convert_plan_ldadd)
convert_tests_plan_plans_are_those_of_people_who_know_SOURCES = \
	$(convert_plan_inputs) \
	convert/tests/plan/plans-are-those-of-people-who-know.c
convert_tests_plan_plans_are_those_of_people_who_know_CPPFLAGS = \
	$(convert_plan_cppflags)
convert_tests_plan_plans_are_those_of_people_who_know_LDADD = \
	$(convert_plan_ldadd)
convert_tests_plan_print_plan_SOURCES = \
	$(convert_plan_inputs) \
	convert/tests/plan/print-plan.c
convert_tests_plan_print_plan_CPPFLAGS = $(convert_plan_cppflags)
convert_tests_plan_print_plan_LDADD = $(convert_plan_ldadd)
