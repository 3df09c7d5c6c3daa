# The C library: built by cargo, installed as C and C++ projects look for it. For systems with ELF libraries and GNU make.
#
#   make                                builds both libraries
#   make install PREFIX=/usr/local      installs both, the headers, framegate.pc and a CMake package
#   make install-static, install-shared one of both with all the rest
#
# DESTDIR goes before every path, for packages. LIBDIR and INCLUDEDIR may be elsewhere than in PREFIX.

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
CARGO ?= cargo
INSTALL ?= install
# Where cargo builds: a folder of its own, as other builds in the usual one make the same files without a SONAME.
BUILD ?= target/c

field = $(shell sed -n '/^\[$(1)\]/,/^\[/s/^$(2) = "\(.*\)"/\1/p' Cargo.toml)
VERSION := $(call field,package,version)
# 0 comes first as long as any release may change the interface; then FRAMEGATE_ABI_VERSION.
LIBRARY_VERSION := $(call field,package.metadata.capi.library,version)
SONAME := libframegate.so.$(firstword $(subst ., ,$(LIBRARY_VERSION)))
REALNAME := libframegate.so.$(LIBRARY_VERSION)

SHARED := $(BUILD)/release/libframegate.so
# As rustc makes it, and with nothing to be seen but the interface.
ARCHIVE := $(BUILD)/release/libframegate.a
STATIC := $(BUILD)/libframegate.a
# What the static library needs of the system, as rustc says.
NATIVE := $(BUILD)/release/native-static-libs

PKGCONFIG := $(LIBDIR)/pkgconfig
CMAKE := $(LIBDIR)/cmake/framegate
# How many bytes an address has: ELF says whether 32 or 64 bits.
POINTER = $$((4 * $$(od -An -tu1 -j4 -N1 '$(SHARED)')))
from_cmake = $(shell realpath -m --relative-to='$(CMAKE)' '$(1)')

fill = @echo '$(DESTDIR)$(2)/$(1)'; sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	-e 's|@SONAME@|$(SONAME)|' -e 's|@REALNAME@|$(REALNAME)|' \
	-e 's|@LIBDIR_FROM_CMAKE@|$(call from_cmake,$(LIBDIR))|' -e 's|@INCLUDEDIR_FROM_CMAKE@|$(call from_cmake,$(INCLUDEDIR))|' \
	-e "s|@NATIVE@|$$(cat $(NATIVE))|" -e "s|@POINTER@|$(POINTER)|" install/$(1).in > '$(DESTDIR)$(2)/$(1)'

.PHONY: all install install-common install-static install-shared clean

all: $(SHARED) $(STATIC)

$(SHARED): Cargo.toml Cargo.lock $(shell find src -name '*.rs')
	$(CARGO) rustc --locked --release --features capi --target-dir $(BUILD) --crate-type cdylib --crate-type staticlib -- \
		-C link-arg=-Wl,-soname,$(SONAME) --print native-static-libs=$(NATIVE)
	@touch $@

$(STATIC): $(SHARED) install/prelink
	install/prelink $(ARCHIVE) $@ framegate_

install: install-static install-shared

install-common: $(SHARED)
	@test -s $(NATIVE)
	$(INSTALL) -d '$(DESTDIR)$(INCLUDEDIR)' '$(DESTDIR)$(PKGCONFIG)' '$(DESTDIR)$(CMAKE)'
	$(INSTALL) -m 644 include/framegate.h include/framegate.hpp '$(DESTDIR)$(INCLUDEDIR)'
	$(call fill,framegate.pc,$(PKGCONFIG))
	$(call fill,framegate-config.cmake,$(CMAKE))
	$(call fill,framegate-config-version.cmake,$(CMAKE))

install-static: install-common $(STATIC)
	$(INSTALL) -m 644 $(STATIC) '$(DESTDIR)$(LIBDIR)/libframegate.a'
	$(call fill,framegate-static.pc,$(PKGCONFIG))

install-shared: install-common
	$(INSTALL) -m 755 $(SHARED) '$(DESTDIR)$(LIBDIR)/$(REALNAME)'
	ln -sf $(REALNAME) '$(DESTDIR)$(LIBDIR)/$(SONAME)'
	ln -sf $(SONAME) '$(DESTDIR)$(LIBDIR)/libframegate.so'

clean:
	$(CARGO) clean --target-dir $(BUILD)
