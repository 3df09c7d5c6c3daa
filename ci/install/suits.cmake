# Whether a package is one for addresses of so many bytes.
include("${VERSION}")
if(PACKAGE_VERSION_UNSUITABLE OR NOT PACKAGE_VERSION_COMPATIBLE)
  message(FATAL_ERROR "it is not")
endif()
