# Warnings and sanitizers, as two interface targets that every folder links.
option(MB_WERROR "Warnings are errors (ci/test sets it)" OFF)
option(MB_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(MB_FUZZ "Build the fuzz targets with libFuzzer (needs clang)" OFF)

add_library(mb_options INTERFACE)
target_compile_definitions(mb_options INTERFACE _GNU_SOURCE)
target_compile_options(mb_options INTERFACE
  -Wall -Wextra -Wpedantic
  -Wshadow
  -Wconversion
  -Wstrict-prototypes -Wmissing-prototypes
  -Wswitch-enum
  -Wvla
  -UNDEBUG                 # assert() guards against our own bugs in every build, Release too
  -ffp-contract=off        # the same bytes on every machine: no fused multiply-add
  -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=) # assert() names base/arena.c, not where it was built
target_include_directories(mb_options INTERFACE ${PROJECT_SOURCE_DIR})
if(MB_WERROR)
  target_compile_options(mb_options INTERFACE -Werror)
endif()
if(MB_SANITIZE)
  target_compile_options(mb_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                              -fno-omit-frame-pointer)
  target_link_options(mb_options INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(mb_options INTERFACE MB_ARENA_SEPARATE)
endif()
if(MB_FUZZ)
  target_compile_options(mb_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
