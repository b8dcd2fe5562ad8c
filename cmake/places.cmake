# Where things are installed: GNUInstallDirs, and what the program has to know of it.
include(GNUInstallDirs)
if(IS_ABSOLUTE "${CMAKE_INSTALL_DATADIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_BINDIR}")
  set(MB_WORKLOADS_BESIDE ${CMAKE_INSTALL_FULL_DATADIR}/matbench/workloads) # such a tree cannot be moved
else()
  file(RELATIVE_PATH MB_WORKLOADS_BESIDE /prefix/${CMAKE_INSTALL_BINDIR} /prefix/${CMAKE_INSTALL_DATADIR}/matbench/workloads)
endif()
