program endless
  use, intrinsic :: iso_fortran_env, only: output_unit
  print '(a)', 'before the loop'
  flush (output_unit)
  do
  end do
end program endless
