program echo
  implicit none
  character(len=256) :: argument
  character(len=1) :: letter
  integer :: i, bytes, status

  print '(a)', 'hello from f90'
  do i = 1, command_argument_count()
    call get_command_argument(i, argument)
    print '(2a)', 'argument: ', trim(argument)
  end do
  bytes = 0
  do
    read (*, '(a)', advance='no', iostat=status) letter
    if (is_iostat_end(status)) exit
    bytes = bytes + 1
  end do
  print '(a, i0, a)', 'end of input after ', bytes, ' bytes'
end program echo
