{{ code_list_dimension('offence') }}
