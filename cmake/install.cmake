# What is installed beside the program (cmd/), the man pages and completions (manual/); and the Debian package of it.
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# Without what wrote the examples and what a run leaves in them.
install(DIRECTORY workloads DESTINATION ${CMAKE_INSTALL_DATADIR}/matbench
        PATTERN "*.py" EXCLUDE PATTERN "*.pyc" EXCLUDE PATTERN __pycache__ EXCLUDE
        PATTERN .matbench-cache EXCLUDE PATTERN cache.pickle EXCLUDE PATTERN .gitattributes EXCLUDE)
# As in the repository, so that the links between them hold.
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md" PATTERN "*.json")
install(DIRECTORY ci/recipes DESTINATION ${CMAKE_INSTALL_DOCDIR}/ci)

# cpack -G DEB, from a release build: ci/package does it.
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "matbench maintainers <maintainers@matbench.invalid>")
if(DEFINED ENV{DEBFULLNAME} AND DEFINED ENV{DEBEMAIL})
  set(CPACK_PACKAGE_CONTACT "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
endif()
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "post-test step of a performance CI: artifacts in, a gate out")
set(CPACK_PACKAGE_DESCRIPTION
"matbench parses the artifact directories of performance tests, validates a
payload for each test, derives KPIs and writes them as OpenMetrics, compares
the newest run of each configuration with the history of earlier ones, and
stores it there. Its exit code is the gate: 1 when a KPI regressed.
.
What is parsed, which KPIs there are and how runs are compared stand in a
workload, a folder of YAML. Shipped are workloads for TOPSAIL fine-tuning
tests, with an example.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates) # by which servers are verified, unless a CA file is named
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bash-completion, sqlite3")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian.cmake)
set(CPACK_MB_SOURCE ${PROJECT_SOURCE_DIR}) # for that script
include(CPack)
