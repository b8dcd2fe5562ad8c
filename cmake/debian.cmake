# CPack runs this on the installed tree before it becomes a .deb: what Debian wants to have in another way.
set(top ${CPACK_TEMPORARY_DIRECTORY}/usr)
set(doc ${top}/share/doc/matbench)

# zsh of Debian does not look into site-functions below /usr.
file(RENAME ${top}/share/zsh/site-functions ${top}/share/zsh/vendor-completions)

# A changelog has a date: that of the commit, so that the same commit gives the same package.
execute_process(COMMAND git -C ${CPACK_MB_SOURCE} log -1 --format=%cD OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT date)
  string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC) # SOURCE_DATE_EPOCH, or now
endif()
file(WRITE ${doc}/changelog "matbench (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
file(WRITE ${doc}/copyright "matbench ${CPACK_PACKAGE_VERSION}, packaged from its sources as they are.

The sources state neither a copyright holder nor a licence.
")

file(GLOB_RECURSE pages ${top}/share/man/*.[1-9])
execute_process(COMMAND gzip -9n ${doc}/changelog ${pages} COMMAND_ERROR_IS_FATAL ANY)
file(CHMOD ${doc}/copyright ${doc}/changelog.gz FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)

# The libraries' packages. CPACK_DEBIAN_PACKAGE_SHLIBDEPS would do the same, after two processes for each file of the example.
set(scratch ${CPACK_TOPLEVEL_DIRECTORY}/shlibdeps)
file(WRITE ${scratch}/debian/control "Source: matbench\n\nPackage: matbench\nArchitecture: any\n")
execute_process(COMMAND dpkg-shlibdeps -O ${top}/bin/matbench WORKING_DIRECTORY ${scratch} OUTPUT_VARIABLE depends
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "shlibs:Depends=" "" depends "${depends}")
set(CPACK_DEBIAN_PACKAGE_DEPENDS "${depends}, libsqlite3-0 (>= 3.37)") # STRICT tables, which the symbols do not tell
