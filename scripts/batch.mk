# Usage: make -f scripts/batch.mk STEMS=stems SONGS='a.mp3 b.flac' -j2
#
# Separates each song into a folder of its own, here STEMS/a and STEMS/b. A folder appears complete or not at
# all. Finished songs are skipped, unless a song is newer than its folder; the old folder is then kept as STEMS/a.~1~.
# To resume a run that was stopped, run the same command again. -k goes on after a song that fails, -n shows the
# pipes, and -O keeps the messages of each song together.
#
#   SONGS         the songs; a space within a name is written "\ "
#   LIST          or a file that names them, one per line: LIST=<(find songs -name '*.mp3')
#   STEMS         the folder for all stems (default: stems)
#   DEMUCS_FLAGS  options of ap-demucs, such as '--model htdemucs_ft --threads 2'
#   FORMAT        wav, flac, ogg, mp3, opus, aiff, aac, alac or stem.mp4 (default: wav)
#   ENCODE_FLAGS  more options of ap-encode, such as '--bits 24'
#   DECODE_FLAGS  options of ap-decode, such as --lenient
#   FILTERS       the pipe between ap-decode and ap-encode (default: ap-demucs $(DEMUCS_FLAGS)), such as
#                 'ap-cache ap-demucs' or 'ap-roformer --two-stems vocals'
#
# A finished folder is not made again because options have changed: use another STEMS. See ap-batch(7) for more, and for
# how srun spreads the songs over other machines.

STEMS := stems
SONGS :=
LIST :=
DEMUCS_FLAGS :=
DECODE_FLAGS :=
ENCODE_FLAGS :=
FORMAT := wav
FILTERS = ap-demucs $(if $(filter stem.mp4,$(FORMAT)),--sum-to-mix )$(DEMUCS_FLAGS)

# The names of files, and the format where they do not say it.
template = $(if $(filter stem.mp4,$(FORMAT)),{source},{track}).$(if $(filter aac alac,$(FORMAT)),m4a,$(FORMAT))
format = $(if $(filter aac alac,$(FORMAT)),--format $(FORMAT))

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

makefile := $(strip $(MAKEFILE_LIST))
empty :=
space := $(empty) $(empty)

# Installed, the filters are in PREFIX/bin; in the project they are in the build folder.
here := $(if $(filter /%,$(firstword $(makefile))),,$(CURDIR)/)$(patsubst %batch.mk,%,$(makefile))
beside := $(wildcard $(subst $(space),\ ,$(here)ap-decode))
export PATH := $(here)$(if $(beside),,../.build/release):$(PATH):$(here)../../bin

# Make splits lists at spaces: within a name they are another character until the name is used.
blank := ␣
define newline


endef
songs := $(subst \$(space),$(blank),$(SONGS))
ifneq ($(LIST),)
# Some editors put a byte-order mark first, and a carriage return at the end of each line.
mark := $(shell printf '\357\273\277')
return := $(shell printf '\r')
songs += $(patsubst $(mark)%,%,$(patsubst %$(return),%,\
  $(subst $(newline),$(space),$(subst $(space),$(blank),$(file <$(LIST))))))
endif
songs := $(sort $(songs))
folder := $(patsubst %/,%,$(subst $(space),$(blank),$(STEMS)))

# base SONG, done SONG: the name of its folder; the file in it that appears with it.
base = $(or $(basename $(notdir $1)),$(notdir $1))
done = $(folder)/$(call base,$1)/.done
# literal NAME: in a rule. quoted NAME: in a command.
literal = $(subst :,\:,$(subst ?,\?,$(subst *,\*,$(subst ],\],$(subst [,\[,$(subst $(blank),\ ,$1))))))
quoted = '$(subst ','\'',$(subst $(blank),$(space),$1))'
# target SONG: done SONG in a rule, where a % would make a pattern of it.
target = $(subst %,\%,$(call literal,$(call done,$1)))

# What is made where nothing else is asked for; make says its name when there is nothing to do. No song has a slash at
# the end, and help has none.
goal := $(subst %,\%,$(call literal,$(folder)/))

ifeq ($(filter help,$(MAKECMDGOALS)),)
# refuse NAMES,WHY: unless there are none.
refuse = $(if $(strip $1),$(error $2: $(subst $(blank),$(space),$(strip $1)); see make -f $(makefile) help))
bases := $(foreach s,$(songs),$(call base,$s))
$(if $(strip $(songs)),,$(error no songs: give SONGS='a.mp3 b.flac' or LIST=FILE; see make -f $(makefile) help))
$(call refuse,$(filter-out wav flac ogg mp3 opus oga aiff aif aac alac m4a mp4 stem.mp4,$(or $(FORMAT),no FORMAT)),FORMAT is none that ap-encode has)
$(if $(folder),,$(error STEMS is empty: it is the folder for all stems; see make -f $(makefile) help))
$(foreach c,\ | ;,$(call refuse,$(foreach s,$(songs) $(folder),$(if $(findstring $c,$s),$s)),make has no way to write the $c in))
$(call refuse,$(foreach s,$(songs),$(if $(filter .%,$(call base,$s)),$s)),hidden files are refused)
$(call refuse,$(if $(filter $(words $(bases)),$(words $(sort $(bases)))),,$(foreach s,$(songs),$(if \
  $(word 2,$(filter $(subst %,\%,$(call base,$s)),$(bases))),$s))),these would share a folder and need a STEMS each)
endif

.PHONY: $(goal)
$(goal):
# Make would take the next one where this has a %.
$(if $(findstring %,$(folder)),$(eval .DEFAULT_GOAL := $(subst $(blank),$(space),$(folder)/)))

.PHONY: help
help:
	@sed '/^$$/,$$d; s/^# \{0,1\}//; 1s|-f [^ ]*|-f $(makefile)|' '$(makefile)'

define rule
$(goal): $(call literal,$(call done,$(this)))
.PRECIOUS: $(call literal,$(call done,$(this)))
$(call target,$(this)): $(call literal,$(this))
$(call target,$(this)): song := $(this)
endef
$(foreach this,$(songs),$(eval $(value rule)))

$(foreach s,$(songs),$(call target,$s)):
	@song=$(call quoted,$(song))
	stems=$(call quoted,$(folder)/$(call base,$(song)))
	part=$(call quoted,$(folder)/.$(call base,$(song)).part)
	mkdir -p "$$part" && exec {lock}<"$$part"
	# Filters of a run that was killed may need a moment to end. Some file systems have no locks.
	flock -w 3 -E 75 $$lock || [ $$? != 75 ] || part=
	if ! [ "$$part" -ef /dev/fd/$$lock ]; then
	  echo "another make is at work on $$stems; wait for it, or end it" >&2
	  exit 75
	fi
	if [ -e "$$stems/.done" ] && ! [ "$$song" -nt "$$stems/.done" ]; then
	  rmdir "$$part"
	  exit
	fi
	trap 'rm -rf "$$part"' EXIT
	find "$$part" -mindepth 1 -delete
	ap-decode $(DECODE_FLAGS) -- "$$song" |
	  $(FILTERS) |
	  (cd "$$part" && ap-encode -o '$(template)' $(format) $(ENCODE_FLAGS)) || {
	  # Of the command at fault: those before it end by SIGPIPE, and those after it find their input cut.
	  for code in "$${PIPESTATUS[@]}" 141; do [ $$code = 0 ] || [ $$code = 141 ] || break; done
	  exit $$code
	}
	echo $(call quoted,$(FILTERS)) >"$$part/.done"
	# ap-encode has done so with its files: no crash leaves less than the folder's name promises.
	sync "$$part/.done" "$$part"
	mv -T --backup=numbered "$$part" "$$stems"
	trap - EXIT
	sync $(call quoted,$(folder))
	echo "$$stems"
