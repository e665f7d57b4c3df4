program echo
  implicit none
  character(len=100) :: line
  character(len=:), allocatable :: argument
  integer :: i, length, status

  print '(a)', 'Grüße, 日本 😀'
  do i = 1, command_argument_count()
    call get_command_argument(i, length=length)
    allocate (character(len=length) :: argument)
    call get_command_argument(i, argument)
    print '(3a)', '[', argument, ']'
    deallocate (argument)
  end do
  do
    read (*, '(a)', iostat=status) line
    if (is_iostat_end(status)) exit
    print '(3a)', '<', trim(line), '>'
  end do
  print '(a)', 'end of input'
end program echo
