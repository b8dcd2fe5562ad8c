# mb_folder(json SOURCES read.c write.c HEADERS read.h write.h USES base PRIVATE Jansson targets…)
# One static library per folder, mb_<folder>. USES names the folders below; LIBRARIES show in the headers,
# PRIVATE_LIBRARIES do not.
function(mb_folder name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;USES;LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
  add_library(mb_${name} STATIC ${ARG_SOURCES})
  if(ARG_HEADERS)
    target_sources(mb_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ARG_HEADERS})
  endif()
  list(TRANSFORM ARG_USES PREPEND mb_)
  target_link_libraries(mb_${name} PUBLIC mb_options ${ARG_USES} ${ARG_LIBRARIES} PRIVATE ${ARG_PRIVATE_LIBRARIES})
endfunction()

# mb_test(json_read json): tests/json_read_test.c, linked with that folder only, so that an undeclared
# dependency fails to link. Further folders or libraries may follow.
function(mb_test name folder)
  add_executable(${name}_test ${name}_test.c)
  target_link_libraries(${name}_test PRIVATE mb_${folder} ${ARGN})
  add_test(NAME ${name} COMMAND ${name}_test)
  set_tests_properties(${name} PROPERTIES LABELS unit ENVIRONMENT "MB_SOURCE=${PROJECT_SOURCE_DIR}")
endfunction()

# mb_fuzz(json_read json): tests/fuzz/json_read_fuzz.c with `int LLVMFuzzerTestOneInput(const uint8_t *, size_t)`.
# Everywhere a plain main replays tests/fuzz/corpus/json_read/ as a test; with MB_FUZZ it is a libFuzzer program too.
function(mb_fuzz name folder)
  add_executable(${name}_replay fuzz/${name}_fuzz.c fuzz/replay.c)
  target_link_libraries(${name}_replay PRIVATE mb_${folder} ${ARGN})
  add_test(NAME ${name}_corpus COMMAND ${name}_replay ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name})
  set_tests_properties(${name}_corpus PROPERTIES LABELS fuzz)
  if(MB_FUZZ)
    add_executable(${name}_fuzz fuzz/${name}_fuzz.c)
    target_link_libraries(${name}_fuzz PRIVATE mb_${folder} ${ARGN})
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
    if(NOT TARGET fuzzers) # all of them: what ci/fuzz builds
      add_custom_target(fuzzers)
    endif()
    add_dependencies(fuzzers ${name}_fuzz)
  endif()
endfunction()

# mb_embed(step step_template step/template FILES workload.yaml …): the files of that folder as the table `const struct embedded
# step_template[]` in mb_step.
function(mb_embed folder name base)
  cmake_parse_arguments(ARG "" "" "FILES" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/generated/${name}.c)
  list(TRANSFORM ARG_FILES PREPEND ${PROJECT_SOURCE_DIR}/${base}/ OUTPUT_VARIABLE sources)
  string(REPLACE ";" "," files "${ARG_FILES}")
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DBASE=${PROJECT_SOURCE_DIR}/${base} -DFILES=${files} -DOUT=${out}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
  target_sources(mb_${folder} PRIVATE ${out})
endfunction()
